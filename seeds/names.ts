import { fold } from '../src/text/text.ts';
import { type Random, Weighted, zipf } from './random.ts';

/** A made-up person's name in three spellings. */
export interface PersonName {
  /** As an address book has it. */
  full: string;
  /** In the script of its owner, as a sign-in name is written: "łukasz.wójcik". */
  own: string;
  /** The same in a to z: "lukasz.wojcik". */
  plain: string;
}

interface Culture {
  share: number;
  given: Weighted<string>;
  family: Weighted<string>;
  /** Written family name first and without a space. */
  familyFirst?: boolean;
}

/** The most common come first. Another script has its spelling in a to z after a slash. No given name holds a space. */
function culture(share: number, given: string, family: string, more: Pick<Culture, 'familyFirst'> = {}): Culture {
  const weighted = (names: string) =>
    new Weighted(names.normalize('NFC').split(/,\s+/), (_, rank) => zipf(rank + 2, 0.7));
  return { share, given: weighted(given), family: weighted(family), ...more };
}

const CULTURES: Culture[] = [
  culture(
    20,
    `James, Olivia, Oliver, Emma, George, Amelia, Jack, Grace, Harry, Sophie, Thomas, Charlotte, William, Lucy,
     Daniel, Hannah, Samuel, Emily, Benjamin, Nathan, Mary, Martha, Marcus, Chloe, Adam, Rachel, Edward, Rebecca,
     Patrick, Siobhán, Niamh, Ciarán, Zoë`,
    `Smith, Jones, Taylor, Brown, Williams, Wilson, Johnson, Davies, Patel, Robinson, Wright, Thompson, Evans,
     Walker, White, Roberts, Green, Hall, Wood, Clarke, Jackson, Harris, Martin, Marshall, Cooper, King, Lee, Baker,
     Carter, O’Brien, O’Connor, Murphy, Kelly, MacDonald, Fitzgerald, Whitcombe-Ashworth`,
  ),
  culture(
    16,
    `Anna, Paul, Lukas, Sophie, Jonas, Julia, Felix, Katharina, Maximilian, Lena, Jürgen, Lea, Günther, Käthe, Jörg,
     Matthias, Sabine, Uwe, Ulrike, Björn, Maria, Martina, Marlene, Heike, Stefan, Anke, Andreas, Birgit, Christoph,
     Johanna, Moritz, Hans-Peter, Anna-Lena, Karl-Heinz`,
    `Müller, Schmidt, Schneider, Fischer, Weber, Meyer, Wagner, Becker, Schulz, Hoffmann, Schäfer, Koch, Bauer,
     Richter, Klein, Wolf, Schröder, Neumann, Schwarz, Zimmermann, Braun, Krüger, Hofmann, Hartmann, Lange, Krause,
     Groß, Weiß, Strauß, Preuß, Köhler, Jäger, Böhm, Vögele, von der Heide, Müller-Lüdenscheidt`,
  ),
  culture(
    11,
    `José, Carmen, Antonio, Lucía, Javier, Carlos, Paula, Miguel, Sofía, Andrés, Elena, Álvaro, Isabel, Iñaki, Raúl,
     María, Marta, Martín, Begoña, Sergio, Nuria, Jesús, Diego, Valentina, Ximena, Joaquín`,
    `García, Rodríguez, González, Fernández, López, Sánchez, Pérez, Gómez, Jiménez, Hernández, Ruiz, Díaz, Moreno,
     Muñoz, Álvarez, Romero, Gutiérrez, Torres, Martínez, Martín, García Márquez, Navarro, Domínguez, Vázquez, Ramos,
     Ibáñez, Núñez, de la Cruz, del Río, Ortega y Gasset`,
  ),
  culture(
    9,
    `Jean, Camille, Pierre, Léa, Louis, Chloé, Hugo, Manon, François, Inès, Théo, Élodie, Benoît, Amélie, Marie,
     Marc, Margaux, Jérôme, Zoé, Gaël, Hélène, Étienne, Noémie, Loïc, Jean-Luc`,
    `Bernard, Dubois, Thomas, Robert, Richard, Petit, Durand, Leroy, Moreau, Simon, Laurent, Lefèvre, Michel, Garcia,
     David, Bertrand, Roux, Vincent, Fournier, Martin, Morel, Girard, Mercier, Lambert, Bonnet, François, Chevalier,
     Gaudé, Béranger, de La Tour d’Auvergne`,
  ),
  culture(
    8,
    `Anna, Jan, Piotr, Katarzyna, Krzysztof, Małgorzata, Andrzej, Agnieszka, Tomasz, Barbara, Paweł, Ewa, Michał,
     Łucja, Maria, Marcin, Mariusz, Łukasz, Zofia, Wojciech, Michalina, Stanisław, Grażyna, Bogusław`,
    `Nowak, Kowalski, Wiśniewski, Wójcik, Kowalczyk, Kamiński, Lewandowski, Zieliński, Szymański, Woźniak, Dąbrowski,
     Kozłowski, Jankowski, Mazur, Kwiatkowski, Krawczyk, Piotrowski, Grabowski, Pawłowski, Michalski, Król, Łuczak,
     Żak, Brzęczyszczykiewicz`,
  ),
  culture(
    7,
    `Lars, Anna, Søren, Ingrid, Erik, Astrid, Jørgen, Karin, Mikkel, Maja, Bjørn, Freja, Øyvind, Linnéa, Magnus,
     Sigrid, Kåre, Åsa, Nils, Märta, Jøran, Solveig, Håkon, Elin, Jón, Guðrún`,
    `Hansen, Johansson, Nielsen, Andersson, Jensen, Karlsson, Olsen, Larsen, Nilsson, Sørensen, Eriksson, Pedersen,
     Øverland, Christensen, Lindqvist, Møller, Bjørklund, Ødegård, Åkesson, Sjöberg, Kjær, Nygård, Hæggström,
     Ångström, Virtanen, Korhonen, Mäkinen, Hämäläinen`,
  ),
  culture(
    6,
    `Giulia, Sofia, Luca, Francesco, Chiara, Alessandro, Matteo, Elisa, Lorenzo, Niccolò, Marco, Martina, Maria,
     Ilaria, Davide, Noemi, Giosuè, Beatrice`,
    `Rossi, Russo, Ferrari, Esposito, Bianchi, Romano, Colombo, Ricci, Greco, Bruno, Gallo, Conti, De Luca, Mancini,
     Marino, Martinelli, Costa, Giordano, Rizzo, Lombardi, Moretti, D’Angelo, Nicolò, Della Rovere`,
  ),
  culture(
    5,
    `Mehmet, Ayşe, Mustafa, Fatma, Ahmet, Emine, Ali, Zeynep, Hüseyin, Elif, Çağla, Özgür, Şule, İbrahim, Gülşen,
     Yiğit, Işıl, Uğur, Deniz, Göksu`,
    `Yılmaz, Kaya, Demir, Şahin, Çelik, Yıldız, Yıldırım, Öztürk, Aydın, Özdemir, Arslan, Doğan, Kılıç, Aslan, Çetin,
     Kara, Koç, Kurt, Özkan, Şimşek, Güneş, Erdoğan`,
  ),
  culture(
    5,
    `João, Ana, Pedro, Beatriz, Tiago, Inês, Gonçalo, Luís, Conceição, Rafael, Maria, Mariana, Marcelo, Letícia,
     Thiago, Fátima, Júlia, Antônio`,
    `Silva, Santos, Ferreira, Pereira, Oliveira, Costa, Rodrigues, Jesus, Sousa, Fernandes, Gonçalves, Gomes, Lopes,
     Martins, Marques, Alves, Almeida, Ribeiro, Simões, Magalhães, Conceição, dos Anjos`,
  ),
  culture(
    4,
    `Aarav, Priya, Arjun, Ananya, Rahul, Lakshmi, Vikram, Divya, Sanjay, Kavya, Rohan, Amara, Marjan, Omar, Meera,
     Suresh, Nisha, Venkatesh, Farah, Bilal`,
    `Sharma, Singh, Gupta, Reddy, Khan, Iyer, Nair, Mehta, Joshi, Kapoor, Chatterjee, Banerjee, Kumar, Kumaraswamy,
     Rao, Verma, Ahmed, Hussain, Malik, Venkataraman, Subramaniam`,
  ),
  culture(
    3,
    'Minh, Linh, Huy, Hương, Đức, Thảo, Dũng, Trang, Tuấn, Ngọc, Quân, Phương, Đạt, Yến',
    'Nguyễn, Trần, Lê, Phạm, Hoàng, Huỳnh, Phan, Vũ, Võ, Đặng, Bùi, Đỗ, Hồ, Ngô, Dương',
  ),
  culture(
    2,
    `Иван/ivan, Александр/aleksandr, Анна/anna, Дмитрий/dmitriy, Ольга/olga, Сергей/sergey, Наталья/natalya,
     Андрей/andrey, Мария/maria, Марина/marina, Юрий/yuriy, Ксения/ksenia, Фёдор/fyodor, Леся/lesya, Тарас/taras`,
    `Петренко/petrenko, Шевченко/shevchenko, Коваленко/kovalenko, Бойко/boyko, Иваненко/ivanenko, Мороз/moroz,
     Савченко/savchenko, Марченко/marchenko, Лысенко/lysenko, Гончар/honchar, Соколюк/sokolyuk, Щербак/shcherbak`,
  ),
  culture(
    2,
    `伟/wei, 芳/fang, 娜/na, 敏/min, 静/jing, 丽/li, 强/qiang, 磊/lei, 军/jun, 洋/yang, 勇/yong, 艳/yan, 杰/jie, 秀英/xiuying,
     明/ming, 海燕/haiyan`,
    `王/wang, 李/li, 张/zhang, 刘/liu, 陈/chen, 杨/yang, 黄/huang, 赵/zhao, 吴/wu, 周/zhou, 徐/xu, 孙/sun, 马/ma, 朱/zhu, 欧阳/ouyang`,
    { familyFirst: true },
  ),
  culture(
    2,
    `محمد/mohammed, فاطمة/fatima, أحمد/ahmad, علي/ali, عائشة/aisha, زينب/zaynab, مريم/mariam, عمر/omar, مروان/marwan,
     يوسف/yusuf, خديجة/khadija, حسن/hassan, ليلى/layla`,
    `حداد/haddad, خوري/khoury, نصار/nassar, منصور/mansour, سليمان/sulaiman, درويش/darwish, شاهين/shaheen,
     عبد الرحمن/abd-alrahman, القاسم/alqasim, المصري/almasri`,
  ),
  culture(
    0.1,
    `Maria-Josefa-Carmela-Concepción, Johann-Nepomuk-Maximilian-Ferdinand, Wolfeschlegelsteinhausenbergerdorff,
     Kealiihonuipiilani, Ramakrishnapuram`,
    `Freifrau von und zu Hohenlohe-Waldenburg-Schillingsfürst zu Langenburg-Öhringen,
     Fernández de Córdoba y Álvarez de Toledo-Osorio de Moscoso Hurtado de Mendoza,
     Thiruvananthapuram Venkata Subrahmanya Ramachandran Iyengar, Llanfairpwllgwyngyllgogerychwyrndrobwll,
     Keihanaikukauakahihuliheekahaunaele`,
  ),
];

const ANY_CULTURE = new Weighted(CULTURES, (one) => one.share);

export function personName(random: Random): PersonName {
  const { given, family, familyFirst } = ANY_CULTURE.pick(random);
  const [ownGiven, plainGiven = plain(ownGiven)] = given.pick(random).split('/');
  const [ownFamily, plainFamily = plain(ownFamily)] = family.pick(random).split('/');
  return {
    full: familyFirst ? ownFamily + ownGiven : `${ownGiven} ${ownFamily}`,
    own: familyFirst ? ownFamily + ownGiven : `${joined(ownGiven)}.${joined(ownFamily)}`,
    plain: `${plainGiven}.${plainFamily}`,
  };
}

function joined(name: string): string {
  return name.toLowerCase().normalize('NFC').replaceAll('’', '').replaceAll(' ', '-');
}

function plain(name: string): string {
  return fold(joined(name)).replaceAll('ð', 'd');
}
